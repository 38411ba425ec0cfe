"""The catalogue of exports, served over HTTP, and the receiver of callbacks."""
