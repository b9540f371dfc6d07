/** The page that `send_error` sends. Source: CPython 3.11's `http.server.DEFAULT_ERROR_MESSAGE`. */

/** A Python format with the values `code`, `message`, `explain`. */
export const DEFAULT_ERROR_MESSAGE = `\
<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: %(code)d</p>
        <p>Message: %(message)s.</p>
        <p>Error code explanation: %(code)s - %(explain)s.</p>
    </body>
</html>
`

export const DEFAULT_ERROR_CONTENT_TYPE = 'text/html;charset=utf-8'
