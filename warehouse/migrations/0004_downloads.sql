-- What a server said of a download: with it, the next run asks for it only if it changed (RFC 9110, conditional requests).

alter table raw.files add column etag varchar;
alter table raw.files add column last_modified varchar;   -- as the server wrote it
alter table raw.files add column content_type varchar;    -- media type and charset that it declared
