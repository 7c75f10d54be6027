"""What somebody pasted: every error, reply and credential in it, found and explained."""

from provision.diagnose.pasted.explanation import Explanation, explain_text
from provision.diagnose.pasted.finding import Finding, Service, Traits

__all__ = ["Explanation", "Finding", "Service", "Traits", "explain_text"]
