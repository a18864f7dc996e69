"""What a picture's file says of itself: its content credential, marks of programs, the camera."""
