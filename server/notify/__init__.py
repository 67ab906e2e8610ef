"""Notifications to voters: `server.notify.delivery.enqueue` puts one in, `server.notify.delivery.run` sends them."""
