"""Everything a maintainer uploads for a release: packages, updates, sums, parts, licences."""
