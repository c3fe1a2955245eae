"""What lies between the SDKs and the network: recordings, sources of replies, faults, the meter, the clients."""
