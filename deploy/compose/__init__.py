"""What only the system in containers needs: who may read the issuer's keys, and proof that its databases are apart."""
