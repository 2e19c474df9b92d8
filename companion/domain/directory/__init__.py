"""The directory of makers and shops: small files about pages, domains, numbers and products (`docs/directory.md`)."""
