"""Deciding: from what is desired, recorded and observed to a plan. Pure: touches neither organisation nor ledger."""
