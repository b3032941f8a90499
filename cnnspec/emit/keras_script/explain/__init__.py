"""What a lesson explains beside its code: which ideas, and with what numbers."""
