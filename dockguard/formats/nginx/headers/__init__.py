"""Response headers as they are sent, and as browsers read them."""
