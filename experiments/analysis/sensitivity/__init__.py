"""What moves the numbers and what decides the answer: Morris screening, Sobol' indices."""
