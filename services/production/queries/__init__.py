"""SQL that reads: what factories make, and what inspections of it have found."""
