DROP TABLE parked_discarded;
