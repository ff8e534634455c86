"""Publishing in stores."""
