"""Engines that ticketing leans on: ciphers, QR, paper, calendars."""
