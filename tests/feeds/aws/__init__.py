"""The AWS feed over real sockets: real clients, a local server that speaks AWS's protocols."""
