FLASK_APP=service.cli:make
