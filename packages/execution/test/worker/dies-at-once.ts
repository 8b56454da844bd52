/** A worker that does not come so far as to say anything. */
process.exit(7);
