"""Google Cloud's feed over real sockets."""
