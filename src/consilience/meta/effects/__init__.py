"""From reported numbers to effect sizes ``yi`` and their sampling variances ``vi``; one file a family."""
