"""What each part of the page shows, as text and numbers ready for its template: nothing is computed while rendering."""
