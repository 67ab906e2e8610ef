"""A second source of proofs of address: web pages rendered by Chromium, drawn by nothing the product's demo draws with.

People, places and papers are invented. The product is measured on both sources, so that it is tuned to neither.
"""
