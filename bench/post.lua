-- Posts the JSON in the environment variable BODY, over and over.
wrk.method = "POST"
wrk.body = os.getenv("BODY")
wrk.headers["Content-Type"] = "application/json"
