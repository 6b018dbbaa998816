"""What people look at: figures, tables and sentences. Reads results and never computes new ones."""
