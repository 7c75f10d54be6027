"""The catalogue: an error or a server's reply → its cause → the command that mends it."""

from provision.diagnose.advice import Advice
from provision.diagnose.entra import explain_entra
from provision.diagnose.graph_error import explain_graph
from provision.diagnose.reply import explain_reply

__all__ = ["Advice", "explain_entra", "explain_graph", "explain_reply"]
