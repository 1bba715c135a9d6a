"""The network: DNS, HTTP, and TLS as a browser and a DNS provider's customer see them.

Implements `wizard.model.ports.Dns` and `wizard.model.ports.Web`. Every address is dialed through
`wizard.model.ports.Network.dial`, so that a practice world answers through the same code.
"""
