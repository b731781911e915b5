"""What only the system in containers needs: who may read which key and password, and proof that databases are apart."""
