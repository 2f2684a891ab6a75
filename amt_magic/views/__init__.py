"""Views render a summary; they read the store and never see the tuner."""
