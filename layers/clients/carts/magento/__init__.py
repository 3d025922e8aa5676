"""Magento Open Source and Adobe Commerce: hints over Adobe's channels, and REST for the rest."""
