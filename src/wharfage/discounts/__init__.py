"""From list to effective cost: purchase options and credits that belong to an account."""
