"""Figures of a day, a week or a month: causes, remedies, costs and what came back."""
