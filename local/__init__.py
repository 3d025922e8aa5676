"""What makes a laptop a cloud: simulators, the embedded AWS and the demo."""
