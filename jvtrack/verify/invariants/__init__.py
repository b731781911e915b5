"""What must always hold, I1 to I8: each a handful of queries over the workbook, where every row found is an offence."""
