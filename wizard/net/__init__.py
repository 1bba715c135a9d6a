"""The network as a browser and a DNS provider's customer see it: implements `wizard.model.ports.Dns` and `wizard.model.ports.Web`.

Every address is dialled through `wizard.model.ports.Network.dial`, so that a practice world answers through the same
code.
"""
