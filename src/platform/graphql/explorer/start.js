/* global GraphiQL, React, ReactDOM */
const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  // No other site can make a browser send this header, so the server knows the call for ours (CSRF).
  headers: { 'apollo-require-preflight': 'true' },
  fetch: (url, options) => fetch(url, { ...options, credentials: 'same-origin' }),
  enableIncrementalDelivery: false,
});

const logo = React.createElement(GraphiQL.Logo, null, 'Gatehouse');
const explorer = React.createElement(
  GraphiQL,
  // A key typed into the header editor is gone with the tab.
  { fetcher, defaultQuery: document.getElementById('welcome').textContent.trimStart(), shouldPersistHeaders: false },
  logo,
);

ReactDOM.createRoot(document.getElementById('explorer')).render(explorer);
