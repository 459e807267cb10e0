"""Reading: from files, folders and addresses to rows of the raw tables."""
