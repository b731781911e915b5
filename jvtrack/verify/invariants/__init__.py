"""What must always hold, I1 to I9: each a handful of queries over the workbook, where every row found is an offence."""
