"""The confirmation e-mail of an ordinary shop."""

KEY = "7Q2X-KEY9-ZZ41-ABCD-8811"
ORDER_MAIL = f"""\
From: Harbour Shop <orders@harbour.example>
To: ada@ada.example
Subject: Your order 4711 at Harbour Shop
Date: Mon, 23 Nov 2026 10:00:00 +0000
Content-Type: text/plain; charset=utf-8

Thank you for your order.

Order number: 4711
Product: Harbour Suite
License key: {KEY}
Expires: 2027-11-23
"""
