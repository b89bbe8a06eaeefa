"""The trade's claims: each an experiment that could refute it, on many centres."""
