DROP TABLE relay_loss, parked_discarded;
