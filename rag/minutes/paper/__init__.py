"""Promises in minutes, protocols and notes: fields, lists, tables and orders by what they mean."""
