"""The store keeps tuning jobs, their training jobs and reports."""
