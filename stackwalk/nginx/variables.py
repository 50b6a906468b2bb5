"""The variables that nginx knows by itself, to find the one that was meant."""

_NAMES = """
    args ancient_browser arg_name binary_remote_addr body_bytes_sent bytes_sent connection connection_requests
    connection_time content_length content_type cookie_name date_gmt date_local document_root document_uri
    fastcgi_path_info fastcgi_script_name geo gzip_ratio host hostname http_accept http_accept_encoding
    http_authorization http_connection http_content_type http_cookie http_host http_if_none_match http_name
    http_origin http_referer http_upgrade http_user_agent http_via http_x_forwarded_for http_x_forwarded_host
    http_x_forwarded_proto http_x_real_ip http2 http3 https invalid_referer is_args limit_conn_status limit_rate
    limit_req_status modern_browser msec msie nginx_version pid pipe proxy_add_x_forwarded_for proxy_host
    proxy_port proxy_protocol_addr query_string realip_remote_addr realip_remote_port realpath_root remote_addr
    remote_port remote_user request request_body request_body_file request_completion request_filename
    request_id request_length request_method request_time request_uri scheme secure_link sent_http_cache_control
    sent_http_content_length sent_http_content_type sent_http_location sent_http_name server_addr server_name
    server_port server_protocol slice_range ssl_cipher ssl_client_verify ssl_protocol ssl_server_name
    ssl_session_id status tcpinfo_rtt time_iso8601 time_local uid_got uid_set upstream_addr
    upstream_bytes_received upstream_bytes_sent upstream_cache_status upstream_connect_time upstream_cookie_name
    upstream_first_byte_time upstream_header_time upstream_http_name upstream_http_server
    upstream_last_server_name upstream_queue_time upstream_response_length upstream_response_time
    upstream_status upstream_trailer_name uri
"""

KNOWN = frozenset(_NAMES.split())
