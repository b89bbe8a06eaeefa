"""The class room's page, on NiceGUI: what is seen; what it shows is worked out outside."""
