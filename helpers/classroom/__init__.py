"""What teaches around the code: showing source, and (with lesson 00) predictions, checks, quizzes and the drill."""
