# Builds one static program into an image that holds nothing else. docker build -t watchword .

FROM golang:1.26-alpine AS build
RUN apk add --no-cache ca-certificates gcc musl-dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# SQLite is C: it is linked in, with musl, so that the program needs nothing at run time.
RUN CGO_ENABLED=1 go build -pgo bench/server.pgo -trimpath -buildvcs=false -tags 'netgo osusergo sqlite_omit_load_extension' \
        -ldflags '-s -w -linkmode external -extldflags "-static"' -o /out/watchword . \
    && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/watchword /usr/local/bin/watchword
COPY --from=build --chown=65532:65532 /out/data /data
# Nobody's number, without a name: there is no /etc/passwd.
USER 65532:65532
WORKDIR /data
ENV WATCHWORD_DATA_DIR=/data WATCHWORD_LISTEN=:8000
VOLUME /data
EXPOSE 8000
# It asks /readyz, so that a server that cannot reach its database gets no requests.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["/usr/local/bin/watchword", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/watchword"]
CMD ["serve"]
