"""The restore drill: servers lose what they had, and the procedure of RUNBOOK.md brings the system back to I1 to I9."""
