"""The network as a browser and a DNS provider's customer see it: implements `wizard.world.Dns` and `wizard.world.Web`.

Every address is dialled through `wizard.world.Network.dial`, so that a practice world answers through the same code.
"""
