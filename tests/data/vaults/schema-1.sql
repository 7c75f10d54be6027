PRAGMA application_id = 1886549619;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE access_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL,
        token BLOB NOT NULL, expires_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource, scopes));
INSERT INTO "access_token" VALUES('global','tenant-1','client-1','forms@contoso.example','https://outlook.office.com','https://outlook.office.com/IMAP.AccessAsUser.All openid',X'B5712B70AB04FFAD31CB6C811520C23CFA3A144B36AA1D3A63005E8013787540ACDC','2031-03-04T06:06:07.000000+00:00');
CREATE TABLE client_secret (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        key_id TEXT NOT NULL, display_name TEXT NOT NULL, end_at TEXT NOT NULL,
        secret BLOB NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, key_id));
INSERT INTO "client_secret" VALUES('global','tenant-1','client-1','key-1','aem-forms','2031-08-31T05:06:07.000000+00:00',X'EFDDDF519154E71282623876F6B08383B5FC3372C14AB70090070790E6EC63248A6809F890E715C35B');
CREATE TABLE handoff (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, holder TEXT NOT NULL, generation INTEGER NOT NULL,
        handed_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, holder));
INSERT INTO "handoff" VALUES('global','tenant-1','client-1','forms@contoso.example','dotenv mail.env',1,'2031-03-04T05:06:07.000000+00:00');
CREATE TABLE intent (
        intent_id TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        operation TEXT NOT NULL, display_name TEXT NOT NULL, key_ids_present TEXT NOT NULL,
        begun_at TEXT NOT NULL);
INSERT INTO "intent" VALUES('intent-1','global','tenant-1','aem-forms-mail','mint','aem-forms','key-0','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE mailbox (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, unique_name TEXT NOT NULL, sign_in_as TEXT NOT NULL,
        authority TEXT NOT NULL, protocols TEXT NOT NULL, permissions TEXT NOT NULL,
        object_id TEXT NOT NULL, account_tenant_id TEXT NOT NULL, signed_in_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address));
INSERT INTO "mailbox" VALUES('global','tenant-1','client-1','forms@contoso.example','aem-forms-mail','owner@contoso.example','tenant','imap smtp','IMAP.AccessAsUser.All SMTP.Send offline_access','oid-1','tenant-1','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
INSERT INTO "meta" VALUES('vault_id','0123456789abcdef0123456789abcdef');
INSERT INTO "meta" VALUES('key_kind','environment');
INSERT INTO "meta" VALUES('key_check',X'92C1065983C9E55DCCBEC34D7664115D83827992039BFBB23EF84507D3CF34CC8865B89A4F746A16A63C43DBD773F71B49');
CREATE TABLE pending_sign_in (
        state_digest TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, payload BLOB NOT NULL, created_at TEXT NOT NULL);
INSERT INTO "pending_sign_in" VALUES('f36b45ae818809ee24ae2489edabfe3cf2a12627b6929c07fc7a3b885d414d44','global','tenant-1','client-1','forms@contoso.example',X'F6BE122756942EBF4E11BF63CFDBB94BD7C6EA4D52D22BD313C57FDCF918DE13702DA859D4A7C30353BE5A6E7AD6D70E11C6C1D34C34DF6ADCF0B290BC388BA451240EE2E6A9D3EC0B6D9A9E8161D007687E785F5CBE90FA9D0961C420482D4CE6A7C0EFB0F845EF2401D56595142718066A8DF7A81723B5584EB0694D18CA26039024C266B751370606DE109E8F629E13CA9AA80CD74B068031B49EB25E88E8C93796CB8073BFFDE5C443D534505A93CA177D2714B52F30F2E4476F064C8F67CE5CED5E2639D190A99857412BE19868DFECB08C08B43AC31797F5808F187D09DC2409A712C6CEE398D4B36EBE189649A6E1B9DCBEE06AC939A9D6EC610F67036C19D5967B9159F0BFFE0DAB28E00B85798FDA','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE refresh_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, generation INTEGER NOT NULL, token BLOB NOT NULL,
        issued_at TEXT NOT NULL, last_used_at TEXT, suspect_reason TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, generation));
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',1,X'F37BC4003D071CDDBDC871DD70EA0F72D0AFE1BAE4EDCCEC34D453CEDE3E313C979F24ED7F','2031-03-04T05:06:07.000000+00:00',NULL,NULL);
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',2,X'3A8D6CCB8FD1132FE81CF2DF78435CFE174EFDB6F015827C7BA74111B73BE86A23414DECB5','2031-03-04T05:11:07.000000+00:00',NULL,NULL);
CREATE TABLE remembered_ids (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        client_id TEXT NOT NULL, application_object_id TEXT NOT NULL,
        service_principal_object_id TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, unique_name));
INSERT INTO "remembered_ids" VALUES('global','tenant-1','aem-forms-mail','client-1','application-1','principal-1');
COMMIT;
